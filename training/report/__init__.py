"""What a model does with labelled texts, on one page that opens anywhere and as JSON."""
