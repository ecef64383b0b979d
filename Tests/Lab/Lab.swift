/// Starts real servers for tests.
public enum Lab {}
