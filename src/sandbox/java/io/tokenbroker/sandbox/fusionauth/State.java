package io.tokenbroker.sandbox.fusionauth;

import java.net.URI;
import java.time.Instant;

/** Everything the stand-in remembers, one keeper per concern. */
final class State {

    final SettableClock clock = new SettableClock();
    final Switches switches = new Switches();
    final Access access = new Access();
    final Users users = new Users();
    final Links links = new Links();
    final FusionAuthPendingLinks pendingLinks = new FusionAuthPendingLinks(clock);
    final IdentityProviders providers = new IdentityProviders();
    final FusionAuthFaults faults = new FusionAuthFaults();
    final Traffic traffic = new Traffic();
    final FusionAuthSigningKeys signingKeys = new FusionAuthSigningKeys();
    final FusionAuthGrants grants = new FusionAuthGrants(clock);
    final FusionAuthDiscovery discovery = new FusionAuthDiscovery(switches);
    final Application application;
    final Tokens tokens;
    final Webhooks webhooks;
    private final URI url;
    private volatile String issuer;

    State(URI url) {
        this.url = url;
        issuer = url.toString();
        application = new Application(FusionAuthStandIn.APPLICATION_ID, FusionAuthStandIn.TENANT_ID);
        tokens = new Tokens(this);
        webhooks = new Webhooks(this);
        access.addTenant(FusionAuthStandIn.TENANT_ID);
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
    }
}
