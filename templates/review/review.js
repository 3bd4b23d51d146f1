// What the pages do beyond links and forms. Everything here is a comfort: without it each page still works.
"use strict";
