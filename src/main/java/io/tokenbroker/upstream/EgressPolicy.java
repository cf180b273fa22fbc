package io.tokenbroker.upstream;

import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where secrets may be sent that somebody else names the address of: by https, and to public addresses, unless the
 * settings allow more.
 */
@Singleton
public class EgressPolicy {

    private final BrokerSettings.Upstreams settings;

    EgressPolicy(BrokerSettings settings) {
        this.settings = settings.upstreams();
    }

    /**
     * Why nothing may be sent there, as the end of a sentence about the URL; empty if it may. A name that does not resolve
     * now is no reason. Blocks on that.
     */
    public Optional<String> objection(URI url) {
        var host = url.getHost();
        if (host == null || url.getRawUserInfo() != null || url.getRawFragment() != null) {
            return Optional.of("is no URL of a host without user and fragment");
        }
        var isEncrypted = "https".equalsIgnoreCase(url.getScheme());
        if (!isEncrypted && !(isLoopback(host) && "http".equalsIgnoreCase(url.getScheme()))) {
            return Optional.of("is not https");
        }
        return addresses(host)
                .map(address -> objection(address, isEncrypted))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** The same of an address that is or would be connected to. */
    public Optional<String> objection(InetAddress address, boolean isEncrypted) {
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

    /** By its name alone: any other name may lead elsewhere the next time. */
    private static boolean isLoopback(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(name.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }

    private static Stream<InetAddress> addresses(String host) {
        try {
            return Stream.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException unknownNow) {
            return Stream.empty();
        }
    }
}
