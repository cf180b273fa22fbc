package io.tokenbroker.sandbox.fusionauth;

/** What Complete does when nobody has the identity yet. The names are FusionAuth's own. */
public enum LinkingStrategy {
    CreatePendingLink,
    Disabled,
    LinkAnonymously,
    LinkByEmail,
    LinkByEmailForExistingUser,
    LinkByUsername,
    LinkByUsernameForExistingUser
}
