-- A store of version 4 on PostgreSQL: pg_dump --inserts --no-owner, without what sets the session.
CREATE TABLE public.accounts (
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    name character varying NOT NULL COLLATE pg_catalog."C",
    role character varying NOT NULL COLLATE pg_catalog."C",
    password character varying NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.addresses (
    address character varying NOT NULL COLLATE pg_catalog."C",
    article character varying NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.albums (
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    picture character varying NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.articles (
    id character varying NOT NULL COLLATE pg_catalog."C",
    url character varying COLLATE pg_catalog."C",
    source character varying NOT NULL COLLATE pg_catalog."C",
    collected timestamp without time zone NOT NULL,
    published timestamp without time zone,
    dated_by character varying COLLATE pg_catalog."C",
    version integer NOT NULL,
    fingerprint character varying NOT NULL COLLATE pg_catalog."C",
    story character varying NOT NULL COLLATE pg_catalog."C",
    withdrawn timestamp without time zone
);
CREATE TABLE public.carriers (
    article character varying NOT NULL COLLATE pg_catalog."C",
    source character varying NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.decisions (
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    story character varying NOT NULL COLLATE pg_catalog."C",
    state character varying NOT NULL COLLATE pg_catalog."C",
    edition character varying NOT NULL COLLATE pg_catalog."C",
    by character varying NOT NULL COLLATE pg_catalog."C",
    made timestamp without time zone NOT NULL
);
CREATE TABLE public.deliveries (
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    edition character varying NOT NULL COLLATE pg_catalog."C",
    place character varying NOT NULL COLLATE pg_catalog."C",
    id character varying NOT NULL COLLATE pg_catalog."C",
    "where" character varying NOT NULL COLLATE pg_catalog."C",
    revision integer NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE TABLE public.editions (
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    edition character varying NOT NULL COLLATE pg_catalog."C",
    status character varying NOT NULL COLLATE pg_catalog."C",
    revision integer NOT NULL,
    approval json,
    tray json NOT NULL
);
CREATE TABLE public.events (
    id integer NOT NULL,
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    edition character varying NOT NULL COLLATE pg_catalog."C",
    deed character varying NOT NULL COLLATE pg_catalog."C",
    by character varying COLLATE pg_catalog."C",
    at timestamp without time zone NOT NULL,
    revision integer NOT NULL,
    place character varying COLLATE pg_catalog."C"
);
CREATE SEQUENCE public.events_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.events_id_seq OWNED BY public.events.id;
CREATE TABLE public.follows (
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    source character varying NOT NULL COLLATE pg_catalog."C",
    asked boolean DEFAULT false NOT NULL
);
CREATE TABLE public.kinships (
    article character varying NOT NULL COLLATE pg_catalog."C",
    story character varying NOT NULL COLLATE pg_catalog."C",
    "to" character varying COLLATE pg_catalog."C",
    because character varying NOT NULL COLLATE pg_catalog."C",
    score double precision NOT NULL
);
CREATE TABLE public.marks (
    key bigint NOT NULL,
    day integer NOT NULL,
    article character varying NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.migrations (
    version integer NOT NULL,
    name character varying NOT NULL COLLATE pg_catalog."C"
);
CREATE SEQUENCE public.migrations_version_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.migrations_version_seq OWNED BY public.migrations.version;
CREATE TABLE public.newsletters (
    name character varying NOT NULL COLLATE pg_catalog."C",
    file character varying NOT NULL COLLATE pg_catalog."C",
    home character varying NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.pictures (
    name character varying NOT NULL COLLATE pg_catalog."C",
    content bytea NOT NULL
);
CREATE TABLE public.regroupings (
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    article character varying NOT NULL COLLATE pg_catalog."C",
    story character varying NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.revisions (
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    edition character varying NOT NULL COLLATE pg_catalog."C",
    revision integer NOT NULL,
    made timestamp without time zone NOT NULL,
    by character varying COLLATE pg_catalog."C",
    content json NOT NULL
);
CREATE TABLE public.signatures (
    article character varying NOT NULL COLLATE pg_catalog."C",
    day integer NOT NULL,
    signature bytea NOT NULL
);
CREATE TABLE public.sources (
    key character varying NOT NULL COLLATE pg_catalog."C",
    state json NOT NULL
);
CREATE TABLE public.timetable (
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    cron character varying COLLATE pg_catalog."C",
    zone character varying NOT NULL COLLATE pg_catalog."C",
    next timestamp without time zone,
    as_of timestamp without time zone NOT NULL,
    began timestamp without time zone,
    ended timestamp without time zone,
    error character varying COLLATE pg_catalog."C"
);
CREATE TABLE public.uses (
    newsletter character varying NOT NULL COLLATE pg_catalog."C",
    edition character varying NOT NULL COLLATE pg_catalog."C",
    article character varying NOT NULL COLLATE pg_catalog."C",
    delivered boolean NOT NULL
);
CREATE TABLE public.versions (
    article character varying NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    title character varying NOT NULL COLLATE pg_catalog."C",
    author character varying COLLATE pg_catalog."C",
    lang character varying NOT NULL COLLATE pg_catalog."C",
    text character varying NOT NULL COLLATE pg_catalog."C",
    summary character varying NOT NULL COLLATE pg_catalog."C",
    links json NOT NULL,
    picture json,
    seen timestamp without time zone NOT NULL
);
ALTER TABLE ONLY public.events ALTER COLUMN id SET DEFAULT nextval('public.events_id_seq'::regclass);
ALTER TABLE ONLY public.migrations ALTER COLUMN version SET DEFAULT nextval('public.migrations_version_seq'::regclass);
INSERT INTO public.addresses VALUES ('https://gazette.example/a?utm_source=lettre', '00000000000000aa');
INSERT INTO public.articles VALUES ('00000000000000aa', 'https://gazette.example/a', 'name:La Gazette', '2026-11-24 08:30:00', '2026-11-24 08:30:00', 'author', 1, '3e0f3b3e3725731ddef820b07fb3642f', '00000000000000aa', NULL);
INSERT INTO public.carriers VALUES ('00000000000000aa', 'name:Le Relais');
INSERT INTO public.editions VALUES ('Le fil', '2026-11', 'draft', 2, 'null', '{"left_out": [{"id": "cccccccccccccccc", "title": "Une autre", "url": "https://gazette.example/b", "reason": "no-theme", "points": null}], "sources": [{"name": "La Gazette", "status": "ok", "new": 1, "error": null}]}');
INSERT INTO public.events VALUES (1, 'Le fil', '2026-11', 'draft', NULL, '2026-11-24 08:30:00', 1, NULL);
INSERT INTO public.events VALUES (2, 'Le fil', '2026-11', 'edit', 'Camille', '2026-11-24 09:30:00', 2, NULL);
INSERT INTO public.follows VALUES ('Le fil', 'name:La Gazette', false);
INSERT INTO public.follows VALUES ('Le fil', 'https://gazette.example/feed', true);
INSERT INTO public.kinships VALUES ('00000000000000aa', '00000000000000aa', NULL, 'alone', 0);
INSERT INTO public.migrations VALUES (1, 'first_tables');
INSERT INTO public.migrations VALUES (2, 'ledger');
INSERT INTO public.migrations VALUES (3, 'newsletters');
INSERT INTO public.migrations VALUES (4, 'hosted');
INSERT INTO public.newsletters VALUES ('Le fil', 'machine:/srv/lettre/sources.yaml', '');
INSERT INTO public.revisions VALUES ('Le fil', '2026-11', 1, '2026-11-24 08:30:00', NULL, '{"edition": "2026-11", "newsletter": "Le fil", "language": "fr", "status": "draft", "revision": 1, "made": "2026-11-24T08:30:00+00:00", "subject": "Le fil", "preheader": "", "period": {"since": "2026-10-31T08:30:00+00:00", "until": "2026-11-30T08:30:00+00:00"}, "introduction": "", "highlights": [{"text": "Un premier paragraphe ", "start": 0, "end": 22, "made_by": "extract", "score": 0.5, "article": "00000000000000aa", "version": 1, "url": "https://gazette.example/a"}], "themes": [{"id": "ia", "name": "IA", "stories": [{"id": "00000000000000aa", "article": "00000000000000aa", "title": "Un titre", "url": "https://gazette.example/a", "source": "La Gazette", "published": "2026-11-24T08:30:00+00:00", "lang": "fr", "summary": "Un chapeau.", "reading_minutes": 1, "takeaways": [{"text": "Un premier paragraphe ", "start": 0, "end": 22, "made_by": "extract", "score": 0.5, "article": "00000000000000aa", "version": 1, "url": "https://gazette.example/a"}], "because": [], "also": [{"title": "Un titre", "url": "https://relais.example/a", "source": "Le Relais"}], "points": null, "instead_of": null}]}]}');
INSERT INTO public.revisions VALUES ('Le fil', '2026-11', 2, '2026-11-24 09:30:00', 'Camille', '{"edition": "2026-11", "newsletter": "Le fil", "language": "fr", "status": "draft", "revision": 2, "made": "2026-11-24T09:30:00+00:00", "subject": "Le fil, corrig\u00e9", "preheader": "", "period": {"since": "2026-10-31T08:30:00+00:00", "until": "2026-11-30T08:30:00+00:00"}, "introduction": "", "highlights": [{"text": "Un premier paragraphe ", "start": 0, "end": 22, "made_by": "extract", "score": 0.5, "article": "00000000000000aa", "version": 1, "url": "https://gazette.example/a"}], "themes": [{"id": "ia", "name": "IA", "stories": [{"id": "00000000000000aa", "article": "00000000000000aa", "title": "Un titre", "url": "https://gazette.example/a", "source": "La Gazette", "published": "2026-11-24T08:30:00+00:00", "lang": "fr", "summary": "Un chapeau.", "reading_minutes": 1, "takeaways": [{"text": "Un premier paragraphe ", "start": 0, "end": 22, "made_by": "extract", "score": 0.5, "article": "00000000000000aa", "version": 1, "url": "https://gazette.example/a"}], "because": [], "also": [{"title": "Un titre", "url": "https://relais.example/a", "source": "Le Relais"}], "points": null, "instead_of": null}]}]}');
INSERT INTO public.sources VALUES ('https://gazette.example/feed', '{"failures": 0}');
INSERT INTO public.uses VALUES ('Le fil', '2026-11', '00000000000000aa', false);
INSERT INTO public.versions VALUES ('00000000000000aa', 1, 'Un titre', NULL, 'fr', 'Un premier paragraphe qui dit de quoi il s''agit.', 'Un chapeau.', '[["le rapport", "https://rapport.example/"]]', 'null', '2026-11-24 08:30:00');
SELECT pg_catalog.setval('public.events_id_seq', 2, true);
SELECT pg_catalog.setval('public.migrations_version_seq', 3, true);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (newsletter, name);
ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT addresses_pkey PRIMARY KEY (address);
ALTER TABLE ONLY public.albums
    ADD CONSTRAINT albums_pkey PRIMARY KEY (newsletter, picture);
ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.carriers
    ADD CONSTRAINT carriers_pkey PRIMARY KEY (article, source);
ALTER TABLE ONLY public.decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (newsletter, story);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (newsletter, edition, place);
ALTER TABLE ONLY public.editions
    ADD CONSTRAINT editions_pkey PRIMARY KEY (newsletter, edition);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.follows
    ADD CONSTRAINT follows_pkey PRIMARY KEY (newsletter, source);
ALTER TABLE ONLY public.kinships
    ADD CONSTRAINT kinships_pkey PRIMARY KEY (article);
ALTER TABLE ONLY public.marks
    ADD CONSTRAINT marks_pkey PRIMARY KEY (key, day, article);
ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.newsletters
    ADD CONSTRAINT newsletters_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.pictures
    ADD CONSTRAINT pictures_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.regroupings
    ADD CONSTRAINT regroupings_pkey PRIMARY KEY (newsletter, article);
ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_pkey PRIMARY KEY (newsletter, edition, revision);
ALTER TABLE ONLY public.signatures
    ADD CONSTRAINT signatures_pkey PRIMARY KEY (article);
ALTER TABLE ONLY public.sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.timetable
    ADD CONSTRAINT timetable_pkey PRIMARY KEY (newsletter);
ALTER TABLE ONLY public.uses
    ADD CONSTRAINT uses_pkey PRIMARY KEY (newsletter, edition, article);
ALTER TABLE ONLY public.versions
    ADD CONSTRAINT versions_pkey PRIMARY KEY (article, version);
CREATE INDEX albums_by_picture ON public.albums USING btree (picture);
CREATE INDEX articles_by_file ON public.articles USING btree (source) WHERE ((dated_by)::text = 'file'::text);
CREATE INDEX articles_by_source ON public.articles USING btree (source, COALESCE(published, collected));
CREATE INDEX articles_by_story ON public.articles USING btree (story);
CREATE INDEX carriers_by_source ON public.carriers USING btree (source);
CREATE INDEX events_by_edition ON public.events USING btree (newsletter, edition);
CREATE INDEX follows_by_source ON public.follows USING btree (source);
CREATE INDEX ix_addresses_article ON public.addresses USING btree (article);
CREATE INDEX marks_by_day ON public.marks USING btree (day);
CREATE INDEX newsletters_by_file ON public.newsletters USING btree (file);
CREATE INDEX newsletters_by_home ON public.newsletters USING btree (home);
CREATE INDEX regroupings_by_article ON public.regroupings USING btree (article);
CREATE INDEX signatures_by_day ON public.signatures USING btree (day);
CREATE INDEX timetable_by_next ON public.timetable USING btree (next);
CREATE UNIQUE INDEX uses_delivered_once ON public.uses USING btree (newsletter, article) WHERE delivered;
ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT addresses_article_fkey FOREIGN KEY (article) REFERENCES public.articles(id);
ALTER TABLE ONLY public.carriers
    ADD CONSTRAINT carriers_article_fkey FOREIGN KEY (article) REFERENCES public.articles(id);
ALTER TABLE ONLY public.kinships
    ADD CONSTRAINT kinships_article_fkey FOREIGN KEY (article) REFERENCES public.articles(id);
ALTER TABLE ONLY public.regroupings
    ADD CONSTRAINT regroupings_article_fkey FOREIGN KEY (article) REFERENCES public.articles(id);
ALTER TABLE ONLY public.versions
    ADD CONSTRAINT versions_article_fkey FOREIGN KEY (article) REFERENCES public.articles(id);
