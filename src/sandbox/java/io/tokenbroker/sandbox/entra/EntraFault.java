package io.tokenbroker.sandbox.entra;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Something that goes wrong at the token endpoint, for some requests. {@code "*"} means any.
 *
 * @param value what the kind needs: a number, a duration, an address; empty where it needs nothing
 * @param user e-mail address of the person whose grant is used
 * @param resource application id URI
 * @param tenant GUID or domain of the tenant that issues
 * @param grant {@code refresh_token} or {@code authorization_code}
 * @param times for how many requests; 0 means until cleared
 */
public record EntraFault(
        Kind kind, String value, String user, String resource, String tenant, String grant, int times) {

    public static final String ANY = "*";

    /** What goes wrong. */
    public enum Kind {
        /** A row of the catalogue; value: its number. */
        AADSTS,
        /** 429 with {@code Retry-After} in seconds; value: how many. */
        THROTTLED,
        /** 429 with {@code Retry-After} as a date; value: how many seconds ahead. */
        THROTTLED_UNTIL,
        /** 500 with an HTML page. */
        SERVER_ERROR,
        /** 503 with JSON; value: seconds of {@code Retry-After}, or empty for none. */
        UNAVAILABLE,
        /** 200 with something that is not JSON. */
        GARBAGE,
        /** 200 with nothing. */
        EMPTY_BODY,
        /** 200 with more than a mebibyte. */
        OVERSIZE,
        /** 307 to another place; value: where. */
        REDIRECT,
        /** Waits before the work; value: milliseconds. */
        SLOW,
        /** Waits after the work, before the answer; value: milliseconds. */
        SLOW_AFTER,
        /** Closes the connection instead of working. */
        DROP,
        /** Works, then closes the connection: the client cannot know. */
        DROP_AFTER,
        /** Waits before the work until released. */
        HANG,
        /** {@code expires_in} is a string. */
        EXPIRES_IN_TEXT,
        /** Another lifetime; value: seconds. */
        LIFE,
        /** {@code refresh_in} is there; value: seconds. */
        REFRESH_IN,
        /** The answer has no refresh token. */
        NO_REFRESH_TOKEN,
        /** The answer has no access token. */
        NO_ACCESS_TOKEN,
        /** The tokens are another person's; value: that person's e-mail address. */
        ANOTHER_USER
    }

    private static EntraFault of(Kind kind, Object value) {
        return new EntraFault(kind, value.toString(), ANY, ANY, ANY, ANY, 0);
    }

    /** A fault of a kind that needs no value. */
    public static EntraFault of(Kind kind) {
        return of(kind, "");
    }

    public static EntraFault aadsts(int number) {
        return of(Kind.AADSTS, AadstsCatalogue.row(number).number());
    }

    public static EntraFault throttled(Duration retryAfter) {
        return of(Kind.THROTTLED, retryAfter.toSeconds());
    }

    public static EntraFault throttledUntil(Duration ahead) {
        return of(Kind.THROTTLED_UNTIL, ahead.toSeconds());
    }

    public static EntraFault redirect(URI elsewhere) {
        return of(Kind.REDIRECT, elsewhere);
    }

    public static EntraFault slow(Duration delay) {
        return of(Kind.SLOW, delay.toMillis());
    }

    public static EntraFault slowAfterCommit(Duration delay) {
        return of(Kind.SLOW_AFTER, delay.toMillis());
    }

    public static EntraFault life(Duration life) {
        return of(Kind.LIFE, life.toSeconds());
    }

    public static EntraFault refreshIn(Duration refreshIn) {
        return of(Kind.REFRESH_IN, refreshIn.toSeconds());
    }

    public static EntraFault tokenOf(String anotherUser) {
        return of(Kind.ANOTHER_USER, anotherUser);
    }

    /** Only for this person. */
    public EntraFault forUser(String email) {
        return new EntraFault(kind, value, email, resource, tenant, grant, times);
    }

    /** Only for tokens of this resource. */
    public EntraFault onResource(String id) {
        return new EntraFault(kind, value, user, id, tenant, grant, times);
    }

    /** Only for tokens of this tenant. */
    public EntraFault inTenant(String idOrDomain) {
        return new EntraFault(kind, value, user, resource, idOrDomain, grant, times);
    }

    /** Only for this grant type. */
    public EntraFault onGrant(String type) {
        return new EntraFault(kind, value, user, resource, tenant, type, times);
    }

    /** Only for the next requests that match. */
    public EntraFault times(int requests) {
        return new EntraFault(kind, value, user, resource, tenant, grant, requests);
    }

    boolean matches(TokenRequest request) {
        return (user.equals(ANY) || user.equalsIgnoreCase(request.user()))
                && (grant.equals(ANY) || grant.equals(request.grant()))
                && (tenant.equals(ANY) || isTenant(request.tenant()))
                && (resource.equals(ANY) || isResource(request.resource()));
    }

    private boolean isTenant(String id) {
        return tenant.equals(id) || Tenant.find(tenant).map(Tenant::id).equals(Optional.of(id));
    }

    private boolean isResource(String id) {
        return resource.equals(id) || Resource.find(resource).map(Resource::id).equals(Optional.of(id));
    }
}
