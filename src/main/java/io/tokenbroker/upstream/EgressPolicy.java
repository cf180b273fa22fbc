package io.tokenbroker.upstream;

import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.UpstreamSettings;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where secrets may be sent when the address comes from outside: by https, and to public addresses, unless the
 * settings allow more.
 */
@Singleton
public class EgressPolicy {

    private final UpstreamSettings settings;
    private final OutboundProxy proxy;

    public EgressPolicy(BrokerSettings settings, OutboundProxy proxy) {
        this.settings = settings.upstreams();
        this.proxy = proxy;
    }

    /**
     * Why nothing may be sent there, as the end of a sentence about the URL; empty if it may. A name that does not resolve
     * now is no reason, and one that a proxy resolves is the proxy's to judge. Blocks on resolving.
     */
    public Optional<String> objection(URI url) {
        var host = url.getHost();
        if (host == null || url.getRawUserInfo() != null || url.getRawFragment() != null) {
            return Optional.of("is no URL of a host without user and fragment");
        }
        var isEncrypted = "https".equalsIgnoreCase(url.getScheme());
        if (!isEncrypted && !(AddressKind.isLoopback(host) && "http".equalsIgnoreCase(url.getScheme()))) {
            return Optional.of("is not https");
        }
        return addresses(url)
                .map(address -> objection(address, isEncrypted))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /**
     * The same once there is a connection, which knows the address: a name may lead elsewhere than when it was checked (DNS
     * rebinding).
     */
    public Optional<String> objection(URI url, InetAddress connected, boolean isEncrypted) {
        return proxy.on(url).isPresent() ? Optional.empty() : objection(connected, isEncrypted);
    }

    private Optional<String> objection(InetAddress address, boolean isEncrypted) {
        var kind = AddressKind.of(address);
        if (!isEncrypted && (kind != AddressKind.LOOPBACK || !settings.allowHttpLoopback())) {
            return Optional.of(
                    "is not https; broker.upstreams.allow-http-loopback=true allows http to loopback addresses");
        }
        return switch (kind) {
            case PUBLIC -> Optional.empty();
            case LOOPBACK -> settings.allowHttpLoopback() ? Optional.empty() : unlessPrivateIsAllowed("a loopback");
            case PRIVATE -> unlessPrivateIsAllowed("a private");
            case FORBIDDEN ->
                Optional.of("leads to a link-local, multicast, reserved or metadata address, where no provider is");
        };
    }

    private Optional<String> unlessPrivateIsAllowed(String kind) {
        return settings.allowPrivateAddresses()
                ? Optional.empty()
                : Optional.of("leads to %s address; broker.upstreams.allow-private-addresses=true allows that"
                        .formatted(kind));
    }

    private Stream<InetAddress> addresses(URI url) {
        if (proxy.on(url).isPresent()) {
            return AddressKind.literal(url.getHost()).stream();
        }
        try {
            return Stream.of(InetAddress.getAllByName(url.getHost()));
        } catch (UnknownHostException e) {
            return Stream.empty();
        }
    }
}
