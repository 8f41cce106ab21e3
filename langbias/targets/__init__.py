"""Systems under test: each adapter translates between a conversation and one API's wire format."""
