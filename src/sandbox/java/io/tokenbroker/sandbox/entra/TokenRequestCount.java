package io.tokenbroker.sandbox.entra;

/** How many token requests there were of one kind; {@code user} and {@code resource} are empty where unknown. */
public record TokenRequestCount(String grant, String user, String resource, long requests) {

    boolean isRefreshFor(String email) {
        return isRefresh() && user.equalsIgnoreCase(email);
    }

    boolean isRefresh() {
        return grant.equals("refresh_token");
    }
}
