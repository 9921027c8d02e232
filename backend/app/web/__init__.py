"""The web app: built when its sources change, and served on the API's origin."""
