package io.tokenbroker.support;

/** How much of a load is put on the broker: enough to see what must not be, and much more by {@code make stress}. */
public final class Load {

    private Load() {}

    /** @param stressed how many instead, where the system property {@code stress} is true */
    public static int of(int usual, int stressed) {
        return Boolean.getBoolean("stress") ? stressed : usual;
    }
}
