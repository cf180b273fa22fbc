package io.tokenbroker.upstream;

import io.quarkus.arc.Arc;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.tracing.TracingPolicy;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientResponseContext;
import jakarta.ws.rs.client.ClientResponseFilter;
import jakarta.ws.rs.ext.ContextResolver;
import jakarta.ws.rs.ext.Provider;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.rest.client.RestClientBuilder;
import org.eclipse.microprofile.rest.client.spi.RestClientBuilderListener;
import org.jboss.resteasy.reactive.client.impl.ClientRequestContextImpl;
import org.jboss.resteasy.reactive.client.impl.VertxRequestCustomizingClientBuilder;

/**
 * Connections to identity providers and receivers of events, through the proxy if there is one. One on which nothing comes is closed, also if its
 * call has been given up.
 */
@Provider
public class OutboundConnections implements ContextResolver<HttpClientOptions> {

    private static final int IDLE_SECONDS = 60;
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1", "[::1]");

    private final OutboundProxy proxy;

    OutboundConnections(OutboundProxy proxy) {
        this.proxy = proxy;
    }

    @Override
    public HttpClientOptions getContext(Class<?> type) {
        var options = new HttpClientOptions()
                .setIdleTimeout(IDLE_SECONDS)
                // A call has its span already (Calls), and no provider need know of it.
                .setTracingPolicy(TracingPolicy.IGNORE);
        proxy.address().ifPresent(address -> goThrough(address, options));
        return options;
    }

    private void goThrough(OutboundProxy.Address address, HttpClientOptions options) {
        var through = new ProxyOptions().setHost(address.host()).setPort(address.port());
        if (!address.user().isEmpty()) {
            through.setUsername(address.user()).setPassword(address.password());
        }
        options.setProxyOptions(through);
        options.setNonProxyHosts(patterns(Stream.concat(LOOPBACK.stream(), proxy.direct().stream())));
    }

    /** Each host, and all below it. Vert.x makes a regular expression of what has an asterisk, but escapes no dot. */
    static List<String> patterns(Stream<String> hosts) {
        return hosts.flatMap(host -> Stream.of(host, "*[.]" + host.replace(".", "[.]")))
                .toList();
    }

    /**
     * Refuses a connection to an address that may not be sent to, before anything is sent: a name may lead elsewhere than when it
     * was checked (DNS rebinding). Found by {@link java.util.ServiceLoader}; holds for every REST client.
     */
    public static final class ConnectionGuard implements RestClientBuilderListener {

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

    /** Closes the connection of an answer that is not read to its end. The client would drain it, which may take for ever. */
    public static class UnfinishedAnswers implements ClientResponseFilter {

        @Override
        public void filter(ClientRequestContext request, ClientResponseContext response) {
            if (request instanceof ClientRequestContextImpl ours && response.hasEntity()) {
                var answer = ours.getRestClientRequestContext().getVertxClientResponse();
                response.setEntityStream(new Body(
                        response.getEntityStream(), () -> answer.request().reset()));
            }
        }

        private static final class Body extends FilterInputStream {

            private final Runnable breakOff;
            private boolean isRead;

            Body(InputStream in, Runnable breakOff) {
                super(in);
                this.breakOff = breakOff;
            }

            @Override
            public int read() throws IOException {
                return noted(super.read());
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return noted(super.read(into, offset, length));
            }

            @Override
            public void close() throws IOException {
                super.close();
                if (!isRead) {
                    breakOff.run();
                }
            }

            private int noted(int result) {
                isRead |= result < 0;
                return result;
            }
        }
    }
}
