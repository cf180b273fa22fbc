package io.tokenbroker.upstream;

import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP proxy on the way to https upstreams, by the usual {@code HTTPS_PROXY} and {@code NO_PROXY}. Loopback addresses
 * are reached directly.
 */
@Singleton
public class OutboundProxy {

    private static final String ALL = "*";

    private final Optional<Address> address;
    private final List<String> direct;

    public OutboundProxy(
            @ConfigProperty(name = "https_proxy") Optional<String> proxy,
            @ConfigProperty(name = "no_proxy") Optional<String> direct) {
        this.direct = Stream.of(direct.orElse("").split("[,\\s]+", -1))
                .map(host -> host.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                .filter(host -> !host.isEmpty())
                .toList();
        this.address = this.direct.contains(ALL)
                ? Optional.empty()
                : proxy.map(String::strip).filter(text -> !text.isEmpty()).map(Address::parse);
        address.ifPresent(Address::authenticate);
    }

    /** Where the proxy is, if there is one. */
    public Optional<Address> address() {
        return address;
    }

    /** The proxy on the way to this URL. */
    public Optional<Address> on(URI url) {
        return address.filter(any -> "https".equalsIgnoreCase(url.getScheme()) && !isDirect(url.getHost()));
    }

    /** The hosts that are reached directly, and all below them. */
    public List<String> direct() {
        return direct;
    }

    private boolean isDirect(@Nullable String host) {
        var name = String.valueOf(host).toLowerCase(Locale.ROOT);
        return AddressKind.isLoopback(name)
                || direct.stream().anyMatch(entry -> name.equals(entry) || name.endsWith("." + entry));
    }

    /** @param user empty if the proxy asks for none */
    public record Address(String host, int port, String user, String password) {

        private static Address parse(String text) {
            try {
                var uri = URI.create(text.contains("://") ? text : "http://" + text);
                if (uri.getHost() == null || !"http".equalsIgnoreCase(uri.getScheme())) {
                    throw new IllegalArgumentException();
                }
                var credentials =
                        Optional.ofNullable(uri.getUserInfo()).orElse("").split(":", 2);
                return new Address(
                        uri.getHost(),
                        uri.getPort() == -1 ? 80 : uri.getPort(),
                        credentials[0],
                        credentials.length == 2 ? credentials[1] : "");
            } catch (IllegalArgumentException malformed) {
                // It may hold a password.
                throw new ConfigurationException(
                        "HTTPS_PROXY must be the URL of an HTTP proxy, such as http://proxy.example:3128");
            }
        }

        public Proxy proxy() {
            return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(host, port));
        }

        /** For HttpURLConnection, which FusionAuth's client uses. */
        private void authenticate() {
            if (user.isEmpty()) {
                return;
            }
            Authenticator.setDefault(new Authenticator() {
                @Override
                protected @Nullable PasswordAuthentication getPasswordAuthentication() {
                    return getRequestorType() == RequestorType.PROXY && host.equals(getRequestingHost())
                            ? new PasswordAuthentication(user, password.toCharArray())
                            : null;
                }
            });
        }

        /** Without the password. */
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }
}
