package io.tokenbroker.link;

import io.tokenbroker.fusionauth.LinkApi.Link;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * An account's id: the identity provider and the identity there, so it needs no table and survives everything. As text
 * it is {@code acc_} and the URL-safe base64 of both.
 */
public record AccountId(UUID providerId, String identity) {

    private static final String PREFIX = "acc_";
    /** FusionAuth keeps an identity of up to 255 characters, of up to four bytes each: base64 makes 1,386 of them. */
    private static final int LONGEST = 1_400;

    private static final int UUID_BYTES = 16;

    public static AccountId of(Link link) {
        return new AccountId(link.providerId(), link.identity());
    }

    /** The id that this text is, if it is one: exactly one text stands for an id. */
    public static Optional<AccountId> parse(String text) {
        if (!text.startsWith(PREFIX) || text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            var bytes = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
            return bytes.length <= UUID_BYTES
                    ? Optional.empty()
                    : Optional.of(decode(ByteBuffer.wrap(bytes)))
                            .filter(id -> id.toString().equals(text));
        } catch (IllegalArgumentException | CharacterCodingException notAnId) {
            return Optional.empty();
        }
    }

    /** Whether this text can be meant as an account's id only, be it one or not. */
    public static boolean isMeant(String text) {
        return text.startsWith(PREFIX);
    }

    /** About how much memory it takes as the key of a cache. */
    int bytes() {
        return 300 + 2 * identity.length();
    }

    @Override
    public String toString() {
        var name = identity.getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(UUID_BYTES + name.length)
                .putLong(providerId.getMostSignificantBits())
                .putLong(providerId.getLeastSignificantBits())
                .put(name);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    private static AccountId decode(ByteBuffer bytes) throws CharacterCodingException {
        var provider = new UUID(bytes.getLong(), bytes.getLong());
        return new AccountId(
                provider, StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    }
}
