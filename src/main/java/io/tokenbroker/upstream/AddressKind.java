package io.tokenbroker.upstream;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What an IP address is good for (IANA's special-purpose address registries). */
public enum AddressKind {
    PUBLIC,
    /** Private use, carrier-grade NAT, benchmarks, and translations to an IPv4 address that cannot be seen. */
    PRIVATE,
    LOOPBACK,
    /** Link-local, multicast, unspecified, reserved, and the metadata services of clouds: no provider is there. */
    FORBIDDEN;

    private static final List<Block> FORBIDDEN_BLOCKS = blocks(
            "0.0.0.0/8",
            "169.254.0.0/16",
            "224.0.0.0/3",
            // Metadata and host services: Azure, Alibaba, Oracle, AWS, Google.
            "168.63.129.16/32",
            "100.100.100.200/32",
            "192.0.0.192/32",
            "fd00:ec2::/32",
            "fd20:ce::/32",
            "::/128",
            "fe80::/10",
            "ff00::/8");

    private static final List<Block> PRIVATE_BLOCKS = blocks(
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "192.0.0.0/24",
            "198.18.0.0/15",
            "fc00::/7",
            "fec0::/10",
            "64:ff9b:1::/48",
            "2001::/32");

    /** IPv6 that leads to the IPv4 address within: compatible, NAT64 and 6to4, with the index of its first byte. */
    private static final List<Block> HOLDING_IPV4_AT_12 = blocks("::/96", "64:ff9b::/96");

    private static final Block HOLDING_IPV4_AT_2 = Block.of("2002::/16");

    static AddressKind of(InetAddress address) {
        var bytes = address.getAddress();
        if (address.isLoopbackAddress()) {
            return LOOPBACK;
        }
        if (isIn(FORBIDDEN_BLOCKS, bytes)) {
            return FORBIDDEN;
        }
        return isIn(PRIVATE_BLOCKS, bytes)
                ? PRIVATE
                : ipv4Within(bytes).map(AddressKind::of).orElse(PUBLIC);
    }

    private static Optional<InetAddress> ipv4Within(byte[] address) {
        if (isIn(HOLDING_IPV4_AT_12, address)) {
            return Optional.of(ipv4(address, 12));
        }
        return HOLDING_IPV4_AT_2.holds(address) ? Optional.of(ipv4(address, 2)) : Optional.empty();
    }

    private static InetAddress ipv4(byte[] address, int from) {
        return InetAddress.ofLiteral("%d.%d.%d.%d"
                .formatted(
                        address[from] & 0xff,
                        address[from + 1] & 0xff,
                        address[from + 2] & 0xff,
                        address[from + 3] & 0xff));
    }

    private static boolean isIn(List<Block> blocks, byte[] address) {
        return blocks.stream().anyMatch(block -> block.holds(address));
    }

    private static List<Block> blocks(String... texts) {
        return Stream.of(texts).map(Block::of).toList();
    }

    /** A block of addresses in CIDR notation. */
    private record Block(InetAddress prefix, int bits) {

        static Block of(String text) {
            var parts = text.split("/", -1);
            return new Block(InetAddress.ofLiteral(parts[0]), Integer.parseInt(parts[1]));
        }

        boolean holds(byte[] address) {
            var first = prefix.getAddress();
            var whole = bits / 8;
            return address.length == first.length
                    && Arrays.equals(address, 0, whole, first, 0, whole)
                    && (bits % 8 == 0 || ((address[whole] ^ first[whole]) & 0xff) >> (8 - bits % 8) == 0);
        }
    }

    /** By its name alone: any other name may lead elsewhere the next time. */
    public static boolean isLoopback(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || literal(name).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    static Optional<InetAddress> literal(String host) {
        try {
            return Optional.of(InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
