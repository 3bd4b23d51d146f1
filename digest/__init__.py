"""digest turns the feeds and articles an organisation follows into a newsletter draft its team can sign."""
