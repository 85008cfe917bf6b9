"""Knowledge: articles, what is found of them, quick texts, macros, and visitors who help themselves."""
