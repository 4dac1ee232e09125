"""The model's Markdown: parsed once into a tree, laid out as marked text, cut into messages."""
