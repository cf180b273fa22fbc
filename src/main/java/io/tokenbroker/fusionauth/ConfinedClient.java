package io.tokenbroker.fusionauth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.inversoft.rest.ProxyInfo;
import com.inversoft.rest.RESTClient;
import io.fusionauth.client.FusionAuthClient;
import io.fusionauth.domain.provider.IdentityProviderType;
import io.tokenbroker.settings.FusionAuthSettings;
import io.tokenbroker.upstream.Compression;
import io.tokenbroker.upstream.OutboundProxy;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * FusionAuth's own client, through the proxy if there is one. It follows no redirect, since it would take the API key along,
 * bears unknown words, and reads bounded answers.
 */
final class ConfinedClient extends FusionAuthClient {

    private static final int CONNECT_MILLIS = 2_000;

    /** A user's thousand links, or as many providers, are far shorter. */
    private static final StreamReadConstraints BOUNDS = StreamReadConstraints.builder()
            .maxDocumentLength(16L << 20)
            .maxStringLength(1 << 20)
            .build();

    private final Optional<ProxyInfo> proxy;

    ConfinedClient(FusionAuthSettings settings, int readMillis, Optional<OutboundProxy.Address> proxy) {
        super(
                settings.apiKey(),
                settings.url().toString(),
                CONNECT_MILLIS,
                readMillis,
                settings.tenantId().toString(),
                FusionAuthClient.objectMapper.copyWith(parsers()).addHandler(new UnknownWords()));
        this.proxy = proxy.map(ConfinedClient::proxyInfo);
    }

    private static JsonFactory parsers() {
        var parsers = Compression.parsers();
        parsers.setStreamReadConstraints(BOUNDS);
        return parsers;
    }

    private static ProxyInfo proxyInfo(OutboundProxy.Address proxy) {
        return proxy.user().isEmpty()
                ? new ProxyInfo(proxy.host(), proxy.port())
                : new ProxyInfo(proxy.host(), proxy.port(), proxy.user(), proxy.password());
    }

    /** The beginning of every call; the others go on from here. */
    @Override
    protected <T, U> RESTClient<T, U> startAnonymous(Class<T> type, Class<U> errorType) {
        var call = super.startAnonymous(type, errorType).followRedirects(false);
        return proxy.map(call::proxy).orElse(call);
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
