package io.tokenbroker.faults;

/** A statement of the broker on an account's row, told by how its SQL begins and by one of its values. */
enum StoreStep {
    LOOK("the look at the row", "SELECT g.version", false),
    LEASE("the lease", "UPDATE grants AS g SET lease_owner", false),
    KEEP("the keep", "UPDATE grants SET refresh_token", false),
    KEEP_COMMIT("the keep's commit", "UPDATE grants SET refresh_token", true),
    RELEASE("the release", "UPDATE grants SET lease_owner = NULL", false),
    MARK("the mark", "UPDATE grants SET lease_owner = NULL", false),
    MARK_COMMIT("the mark's commit", "UPDATE grants SET lease_owner = NULL", true),
    START_OVER("the start-over", "UPDATE grants SET user_id", false),
    START_OVER_COMMIT("the start-over's commit", "UPDATE grants SET user_id", true);

    private final String words;
    private final String sql;
    private final boolean isCommit;

    StoreStep(String words, String sql, boolean isCommit) {
        this.words = words;
        this.sql = sql;
        this.isCommit = isCommit;
    }

    boolean is(String statement) {
        return statement.startsWith("COMMIT") == isCommit
                && statement.contains(sql)
                && (this != RELEASE || !marks(statement))
                && ((this != MARK && this != MARK_COMMIT) || marks(statement));
    }

    private static boolean marks(String statement) {
        return statement.contains("reauthorization_required");
    }

    @Override
    public String toString() {
        return words;
    }
}
