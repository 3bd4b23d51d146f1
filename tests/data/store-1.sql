-- A store as the first version of the program made it: one article, and an edition with two revisions.
BEGIN TRANSACTION;
CREATE TABLE addresses (
	address TEXT NOT NULL, 
	article VARCHAR(16) NOT NULL, 
	PRIMARY KEY (address), 
	FOREIGN KEY(article) REFERENCES articles (id)
);
INSERT INTO "addresses" VALUES('https://gazette.example/a?utm_source=lettre','00000000000000aa');
CREATE TABLE articles (
	id VARCHAR(16) NOT NULL, 
	url TEXT, 
	source TEXT NOT NULL, 
	collected DATETIME NOT NULL, 
	published DATETIME, 
	dated_by VARCHAR, 
	version INTEGER NOT NULL, 
	fingerprint VARCHAR(32) NOT NULL, 
	story VARCHAR(16) NOT NULL, 
	withdrawn DATETIME, 
	PRIMARY KEY (id)
);
INSERT INTO "articles" VALUES('00000000000000aa','https://gazette.example/a','La Gazette','2026-11-24 08:30:00.000000','2026-11-24 08:30:00.000000','author',1,'3e0f3b3e3725731ddef820b07fb3642f','00000000000000aa',NULL);
CREATE TABLE carriers (
	article VARCHAR(16) NOT NULL, 
	source TEXT NOT NULL, 
	PRIMARY KEY (article, source), 
	FOREIGN KEY(article) REFERENCES articles (id)
);
INSERT INTO "carriers" VALUES('00000000000000aa','Le Relais');
CREATE TABLE kinships (
	article VARCHAR(16) NOT NULL, 
	story VARCHAR(16) NOT NULL, 
	"to" VARCHAR(16), 
	because VARCHAR NOT NULL, 
	score FLOAT NOT NULL, 
	PRIMARY KEY (article), 
	FOREIGN KEY(article) REFERENCES articles (id)
);
INSERT INTO "kinships" VALUES('00000000000000aa','00000000000000aa',NULL,'alone',0.0);
CREATE TABLE migrations (
	version INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "migrations" VALUES(1,'first_tables');
CREATE TABLE placements (
	newsletter TEXT NOT NULL, 
	edition VARCHAR NOT NULL, 
	story VARCHAR(16) NOT NULL, 
	status VARCHAR NOT NULL, 
	PRIMARY KEY (newsletter, edition, story)
);
INSERT INTO "placements" VALUES('Le fil','2026-11','00000000000000aa','draft');
CREATE TABLE revisions (
	newsletter TEXT NOT NULL, 
	edition VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	made DATETIME NOT NULL, 
	"by" TEXT, 
	status VARCHAR NOT NULL, 
	content JSON NOT NULL, 
	PRIMARY KEY (newsletter, edition, revision)
);
INSERT INTO "revisions" VALUES('Le fil','2026-11',1,'2026-11-24 08:30:00.000000',NULL,'draft','{"edition": "2026-11", "newsletter": "Le fil", "language": "fr", "status": "draft", "revision": 1, "made": "2026-11-24T08:30:00+00:00", "subject": "Le fil", "preheader": "", "period": {"since": "2026-10-31T08:30:00+00:00", "until": "2026-11-30T08:30:00+00:00"}, "introduction": "", "highlights": [{"text": "Un premier paragraphe ", "start": 0, "end": 22, "made_by": "extract", "score": 0.5, "article": "00000000000000aa", "version": 1, "url": "https://gazette.example/a"}], "themes": [{"id": "ia", "name": "IA", "stories": [{"id": "00000000000000aa", "article": "00000000000000aa", "title": "Un titre", "url": "https://gazette.example/a", "source": "La Gazette", "published": "2026-11-24T08:30:00+00:00", "lang": "fr", "summary": "Un chapeau.", "reading_minutes": 1, "takeaways": [{"text": "Un premier paragraphe ", "start": 0, "end": 22, "made_by": "extract", "score": 0.5, "article": "00000000000000aa", "version": 1, "url": "https://gazette.example/a"}], "because": [], "also": [{"title": "Un titre", "url": "https://relais.example/a", "source": "Le Relais"}], "points": null, "instead_of": null}]}], "left_out": [{"id": "cccccccccccccccc", "title": "Une autre", "url": "https://gazette.example/b", "reason": "no-theme", "points": null}], "sources": [{"name": "La Gazette", "status": "ok", "new": 1, "error": null}]}');
INSERT INTO "revisions" VALUES('Le fil','2026-11',2,'2026-11-24 09:30:00.000000','Camille','draft','{"edition": "2026-11", "newsletter": "Le fil", "language": "fr", "status": "draft", "revision": 2, "made": "2026-11-24T09:30:00+00:00", "subject": "Le fil, corrig\u00e9", "preheader": "", "period": {"since": "2026-10-31T08:30:00+00:00", "until": "2026-11-30T08:30:00+00:00"}, "introduction": "", "highlights": [{"text": "Un premier paragraphe ", "start": 0, "end": 22, "made_by": "extract", "score": 0.5, "article": "00000000000000aa", "version": 1, "url": "https://gazette.example/a"}], "themes": [{"id": "ia", "name": "IA", "stories": [{"id": "00000000000000aa", "article": "00000000000000aa", "title": "Un titre", "url": "https://gazette.example/a", "source": "La Gazette", "published": "2026-11-24T08:30:00+00:00", "lang": "fr", "summary": "Un chapeau.", "reading_minutes": 1, "takeaways": [{"text": "Un premier paragraphe ", "start": 0, "end": 22, "made_by": "extract", "score": 0.5, "article": "00000000000000aa", "version": 1, "url": "https://gazette.example/a"}], "because": [], "also": [{"title": "Un titre", "url": "https://relais.example/a", "source": "Le Relais"}], "points": null, "instead_of": null}]}], "left_out": [{"id": "cccccccccccccccc", "title": "Une autre", "url": "https://gazette.example/b", "reason": "no-theme", "points": null}], "sources": [{"name": "La Gazette", "status": "ok", "new": 1, "error": null}]}');
CREATE TABLE sources (
	"key" VARCHAR NOT NULL, 
	state JSON NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "sources" VALUES('https://gazette.example/feed','{"failures": 0}');
CREATE TABLE versions (
	article VARCHAR(16) NOT NULL, 
	version INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	author TEXT, 
	lang VARCHAR NOT NULL, 
	text TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	links JSON NOT NULL, 
	seen DATETIME NOT NULL, 
	PRIMARY KEY (article, version), 
	FOREIGN KEY(article) REFERENCES articles (id)
);
INSERT INTO "versions" VALUES('00000000000000aa',1,'Un titre',NULL,'fr','Un premier paragraphe qui dit de quoi il s''agit.','Un chapeau.','[["le rapport", "https://rapport.example/"]]','2026-11-24 08:30:00.000000');
CREATE INDEX articles_by_published ON articles (published);
CREATE INDEX articles_by_collected ON articles (collected);
CREATE INDEX articles_by_story ON articles (story);
CREATE INDEX ix_addresses_article ON addresses (article);
COMMIT;
