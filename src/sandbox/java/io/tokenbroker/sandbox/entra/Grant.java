package io.tokenbroker.sandbox.entra;

/**
 * What a person allowed an app: the substance of an authorization code and of every refresh token that comes from it.
 *
 * @param sessionEpoch of the person when it was allowed
 */
record Grant(String email, int sessionEpoch, String clientId, ScopeRequest scopes) {}
