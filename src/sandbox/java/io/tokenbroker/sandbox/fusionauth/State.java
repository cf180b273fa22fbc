package io.tokenbroker.sandbox.fusionauth;

import java.net.URI;
import java.time.Instant;
import java.util.Set;
import java.util.function.Predicate;

/** Everything the stand-in remembers, one keeper per concern. */
final class State {

    private static final String NEWEST = "1.69.0";

    final SettableClock clock = new SettableClock();
    final Switches switches = new Switches();
    final Access access = new Access();
    final Users users = new Users();
    final Links links = new Links();
    final FusionAuthPendingLinks pendingLinks = new FusionAuthPendingLinks(clock);
    final IdentityProviders providers = new IdentityProviders();
    final FusionAuthFaults faults = new FusionAuthFaults();
    final Traffic traffic = new Traffic();
    final FusionAuthGrants grants = new FusionAuthGrants(clock);
    final FusionAuthDiscovery discovery = new FusionAuthDiscovery(switches);
    final FusionAuthSigningKeys signingKeys;
    volatile Application application;

    /** Those whose pages may read the OAuth endpoints' answers. */
    volatile Predicate<String> origins;

    final Tokens tokens;
    final Webhooks webhooks;
    private final URI url;
    private volatile String issuer;
    private volatile String version = NEWEST;

    private State(URI url, FusionAuthSigningKeys signingKeys, Application application, Predicate<String> origins) {
        this.url = url;
        this.signingKeys = signingKeys;
        this.application = application;
        this.origins = origins;
        issuer = url.toString();
        tokens = new Tokens(this);
        webhooks = new Webhooks(this);
        access.addTenant(FusionAuthStandIn.TENANT_ID);
    }

    /** With an application, and a key that all can verify by. */
    static State ready(URI url) {
        var application =
                new Application(FusionAuthStandIn.APPLICATION_ID, FusionAuthStandIn.TENANT_ID, true, false, Set.of());
        return new State(url, FusionAuthSigningKeys.published("RS256"), application, origin -> true);
    }

    /** As an installation begins. */
    static State fresh(URI url) {
        var application =
                new Application(Application.OF_ADMINISTRATORS, FusionAuthStandIn.TENANT_ID, false, true, Set.of());
        return new State(url, FusionAuthSigningKeys.secret(), application, origin -> false);
    }

    Instant now() {
        return clock.instant();
    }

    URI url() {
        return url;
    }

    String issuer() {
        return issuer;
    }

    void issuer(String newIssuer) {
        issuer = newIssuer;
    }

    String version() {
        return version;
    }

    void version(String newVersion) {
        version = newVersion;
    }

    /** Forgets what happened; users, providers and keys stay. */
    void reset() {
        links.clear();
        pendingLinks.clear();
        grants.clear();
        faults.clear();
        switches.reset();
        clock.reset();
        traffic.clear();
        webhooks.to(null);
        signingKeys.outage(false);
        signingKeys.hmacOnly(false);
        signingKeys.applicationByHmac(false);
        version = NEWEST;
    }
}
