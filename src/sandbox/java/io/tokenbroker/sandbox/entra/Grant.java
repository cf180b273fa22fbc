package io.tokenbroker.sandbox.entra;

/**
 * What a person allowed an app: the substance of an authorization code and of every refresh token that comes from it.
 *
 * @param sessionEpoch of the person when it was allowed
 * @param secondFactor whether the person proved who they are by a second factor, too
 */
record Grant(String email, int sessionEpoch, String clientId, ScopeRequest scopes, boolean secondFactor) {}
