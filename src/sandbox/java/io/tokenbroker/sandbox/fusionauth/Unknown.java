package io.tokenbroker.sandbox.fusionauth;

/**
 * A question about the real server that the documentation leaves open. Each is an enum of the outcomes a client has to
 * tolerate; the first, which is the one observed where there are observations, is how the stand-in behaves until
 * {@link Switches} say otherwise.
 */
public sealed interface Unknown {

    /** Complete called with an API key in the header. */
    enum CompleteApiKey implements Unknown {
        IGNORED,
        REFUSED_401
    }

    /** What becomes of {@code data.code_verifier}; ignored means that the provider never sees it. */
    enum Verifier implements Unknown {
        FORWARDED,
        IGNORED,
        REQUIRED
    }

    /** When the endpoints of an issuer are discovered. */
    enum DiscoveryTime implements Unknown {
        EVERY_COMPLETE,
        CACHED,
        AT_SAVE
    }

    /** Whether saving an identity provider needs a reachable issuer. Known of the real server; off for convenience. */
    enum DiscoveryAtSave implements Unknown {
        REQUIRED,
        SKIPPED
    }

    /** How a failure at the provider, or of its claims, is told. */
    enum UpstreamFailure implements Unknown {
        ERRORS_400,
        ERRORS_401,
        EMPTY_400,
        EMPTY_401,
        EXCEPTION_400
    }

    /** How an identity provider that is disabled, or not enabled for the application, is told. */
    enum UnusableProvider implements Unknown {
        INVALID_ID_400,
        ERRORS_401,
        EMPTY_400,
        EMPTY_401
    }

    /** A login that ends early although the identity is known. */
    enum LoginInterruption implements Unknown {
        NONE,
        CHANGE_PASSWORD_203,
        EMAIL_UNVERIFIED_212,
        REGISTRATION_UNVERIFIED_213,
        TWO_FACTOR_242
    }

    /** Whether an interrupted login has written the link. */
    enum InterruptedLink implements Unknown {
        WRITTEN,
        NOT_WRITTEN
    }

    /** An existing link, and a login that brings no refresh token. */
    enum MissingRefreshToken implements Unknown {
        CLEARS,
        KEEPS
    }

    /** Which token of the provider a link stores; old servers took the access token, or none. */
    enum StoredToken implements Unknown {
        REFRESH_TOKEN,
        ACCESS_TOKEN,
        NONE
    }

    /** Whether the token survives a pending link. */
    enum PendingToken implements Unknown {
        CARRIED,
        LOST
    }

    /** POST of a link that its own user has already. */
    enum SameUserDuplicate implements Unknown {
        ALREADY_LINKED_400,
        CONFLICT_409,
        GENERAL_400,
        FIELD_400,
        UNCHANGED_200,
        OVERWRITTEN_200
    }

    /** POST of a link that another user has. */
    enum OtherUserDuplicate implements Unknown {
        ALREADY_LINKED_400,
        CONFLICT_409,
        GENERAL_400,
        FIELD_400,
        UNCHANGED_200,
        OVERWRITTEN_200
    }

    /** The body of a 409. */
    enum ConflictBody implements Unknown {
        RETRYABLE,
        DUPLICATE,
        EMPTY
    }

    /** How the errors of POST name a member of the nested link. */
    enum LinkFieldName implements Unknown {
        BARE,
        PREFIXED
    }

    /** What a POST answers with: the link without its instants and its token, or all of it. */
    enum CreatedLink implements Unknown {
        WITHOUT_INSTANTS_AND_TOKEN,
        COMPLETE
    }

    /** POST and DELETE of a link whose user is not active. */
    enum InactiveUserWrite implements Unknown {
        REFUSED_400,
        REFUSED_404,
        ALLOWED
    }

    /** The 504 that the documentation of links both lists and rules out. */
    enum LinkWebhook implements Unknown {
        NEVER_FAILS,
        FAILS_WRITTEN,
        FAILS_NOT_WRITTEN
    }

    /** The error of one link too many. */
    enum LinkLimit implements Unknown {
        LINK_COUNT_EXCEEDED,
        OTHER_CODE
    }

    /** POST with a pending id that is expired, used or invented. */
    enum PendingGone implements Unknown {
        GENERAL_400,
        FIELD_400,
        EMPTY_404
    }

    /** GET of a pending id that is expired, used or invented. */
    enum PendingGoneRead implements Unknown {
        EMPTY_404,
        ERRORS_400
    }

    /** The links of a user who has none. */
    enum NoLinks implements Unknown {
        EMPTY_LIST,
        MEMBER_ABSENT,
        EMPTY_404
    }

    /** The links of a user who does not exist. */
    enum UnknownUser implements Unknown {
        ERRORS_400,
        EMPTY_404,
        EMPTY_LIST
    }

    /** Whether a link that is read shows when it was made and used. */
    enum LinkInstants implements Unknown {
        SHOWN,
        OMITTED
    }

    /** What a deletion answers with. */
    enum DeleteBody implements Unknown {
        NONE,
        LINK
    }

    /** Whether the configured scope is part of the token request. */
    enum TokenRequestScope implements Unknown {
        NOT_SENT,
        SENT
    }

    /** The claim by which newer servers tell access from id tokens. */
    enum TokenTypeClaim implements Unknown {
        ABSENT,
        TTY,
        OTHER_NAME
    }

    /** Which search engine the server has. Known of each real server. */
    enum SearchEngine implements Unknown {
        DATABASE,
        ELASTICSEARCH
    }
}
