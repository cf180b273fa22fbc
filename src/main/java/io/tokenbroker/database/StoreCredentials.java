package io.tokenbroker.database;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.util.Credentials;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.SecretsRotated;
import io.tokenbroker.settings.StoreSettings;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** What the next connection proves itself with; those that are open stay so. */
@Singleton
class StoreCredentials implements HikariCredentialsProvider {

    private volatile Credentials credentials;

    StoreCredentials(BrokerSettings settings) {
        credentials = of(settings.store());
    }

    void rotate(@Observes SecretsRotated secrets) {
        credentials = of(secrets.settings().store());
    }

    @Override
    public Credentials getCredentials() {
        return credentials;
    }

    private static Credentials of(StoreSettings store) {
        return new Credentials(Engine.user(store).orElse(null), store.password().orElse(null));
    }
}
