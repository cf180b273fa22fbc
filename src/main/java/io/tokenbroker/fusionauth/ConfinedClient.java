package io.tokenbroker.fusionauth;

import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.inversoft.rest.RESTClient;
import io.fusionauth.client.FusionAuthClient;
import io.fusionauth.domain.provider.IdentityProviderType;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.upstream.Compression;
import org.jspecify.annotations.Nullable;

/** FusionAuth's own client, which follows no redirect, since it would take the API key along, and bears unknown words. */
final class ConfinedClient extends FusionAuthClient {

    private static final int CONNECT_MILLIS = 2_000;

    ConfinedClient(BrokerSettings.FusionAuth settings, int readMillis) {
        super(
                settings.apiKey(),
                settings.url().toString(),
                CONNECT_MILLIS,
                readMillis,
                settings.tenantId().toString(),
                FusionAuthClient.objectMapper.copyWith(Compression.parsers()).addHandler(new UnknownWords()));
    }

    @Override
    protected <T, U> RESTClient<T, U> start(Class<T> type, Class<U> errorType) {
        return super.start(type, errorType).followRedirects(false);
    }

    @Override
    protected <T, U> RESTClient<T, U> startAnonymous(Class<T> type, Class<U> errorType) {
        return super.startAnonymous(type, errorType).followRedirects(false);
    }

    /** One link of a type this client does not know must not make the whole list unreadable. */
    private static final class UnknownWords extends DeserializationProblemHandler {

        @Override
        public @Nullable Object handleWeirdStringValue(
                DeserializationContext context, Class<?> target, String word, String message) {
            if (target == IdentityProviderType.class) {
                // Any type but ours will do; null would say that the server does not tell types.
                return IdentityProviderType.ExternalJWT;
            }
            return target.isEnum() ? null : NOT_HANDLED;
        }
    }
}
