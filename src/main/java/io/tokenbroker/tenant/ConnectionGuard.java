package io.tokenbroker.tenant;

import io.quarkus.arc.Arc;
import io.tokenbroker.upstream.EgressPolicy;
import io.vertx.core.http.HttpClientRequest;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import org.eclipse.microprofile.rest.client.RestClientBuilder;
import org.eclipse.microprofile.rest.client.spi.RestClientBuilderListener;
import org.jboss.resteasy.reactive.client.impl.VertxRequestCustomizingClientBuilder;

/**
 * Refuses a connection whose address may not be sent to, before anything is sent: a name may lead elsewhere than when it
 * was checked (DNS rebinding). Found by {@link java.util.ServiceLoader}; holds for every REST client.
 */
public final class ConnectionGuard implements RestClientBuilderListener {

    @Override
    public void onNewBuilder(RestClientBuilder builder) {
        ((VertxRequestCustomizingClientBuilder<?>) builder).httpClientRequestCustomizer(ConnectionGuard::check);
    }

    private static void check(HttpClientRequest request) {
        var connection = request.connection();
        var url = URI.create(request.absoluteURI());
        var address = InetAddress.ofLiteral(connection.remoteAddress().hostAddress());
        Arc.container()
                .instance(EgressPolicy.class)
                .get()
                .objection(url, address, connection.isSsl())
                .ifPresent(why -> refuse(request, new ConnectException(url.getHost() + " " + why)));
    }

    private static void refuse(HttpClientRequest request, ConnectException why) {
        request.exceptionHandler(any -> {}); // its caller hears of it, so it need not be logged
        request.reset(0, why);
    }
}
