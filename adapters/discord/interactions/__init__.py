"""Commands, menus, forms and buttons, and the tokens through which they can be answered."""
