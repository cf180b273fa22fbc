package io.tokenbroker.link;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.link.Remembered.GrantVersions;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.CacheBudget;
import java.time.Clock;
import java.time.Duration;

/** Remembered links of a broker of a model, which has no users that are not active. */
public final class ModelLinks {

    private static final CacheBudget MEMORY = new CacheBudget(16 << 20, new SimpleMeterRegistry());

    /** Read again after 30 s. */
    public static RememberedLinks rememberedLinks(
            LinkApi fusionAuth, GrantVersions versions, BrokerSettings settings, Clock clock) {
        var unsettled = new Unsettled(settings, clock);
        return new RememberedLinks(
                fusionAuth, owners(settings, unsettled, clock), unsettled, versions, MEMORY, settings, clock);
    }

    /** Owners who are not asked for. */
    public static LinkOwners owners() {
        var settings = settings(Duration.ZERO);
        var clock = Clock.systemUTC();
        return owners(settings, new Unsettled(settings, clock), clock);
    }

    @SuppressWarnings("NullAway") // never asked
    private static LinkOwners owners(BrokerSettings settings, Unsettled unsettled, Clock clock) {
        UserApi users = null;
        return new LinkOwners(users, unsettled, MEMORY, settings, clock);
    }

    /** Settings of which only those of accounts can be asked. */
    public static BrokerSettings settings(Duration recheckAfter) {
        var accounts = new BrokerSettings.Accounts() {
            @Override
            public Duration recheckAfter() {
                return recheckAfter;
            }

            @Override
            public boolean requireActiveUser() {
                return false;
            }
        };
        return (BrokerSettings) java.lang.reflect.Proxy.newProxyInstance(
                BrokerSettings.class.getClassLoader(), new Class<?>[] {BrokerSettings.class}, (self, method, none) -> {
                    if (method.getName().equals("accounts")) {
                        return accounts;
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    private ModelLinks() {}
}
