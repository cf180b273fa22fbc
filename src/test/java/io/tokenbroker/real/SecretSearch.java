package io.tokenbroker.real;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds any of very many secrets in a text in one pass over it, whole or in part, plain or encoded as programs encode:
 * in a URL, in JSON, in base64 at any alignment. What is looked for are pieces of secrets, found by a rolling hash of
 * their first characters.
 */
final class SecretSearch {

    /** Anything shorter is found by chance, and none of the secrets is. */
    static final int SHORTEST = 16;

    /** A piece this long is no chance either; a longer secret is looked for by its pieces, since logs cut lines. */
    private static final int PIECE = 24;

    /** Tests send as a token what is none, such as a thousand times the same letter; that is nobody's secret. */
    private static final int FEWEST_LETTERS = 6;

    private static final long BASE = 1_000_003;

    /** {@code BASE} to the power of what leaves the window. */
    private static final long LEAVING = power(SHORTEST);

    private final Map<Long, List<String>> pieces = new HashMap<>();

    SecretSearch(Collection<String> secrets) {
        secrets.stream()
                .filter(secret -> secret.length() >= SHORTEST)
                .forEach(secret -> eachForm(secret, this::addPieces));
    }

    /** Where the first piece of each place that has one begins. */
    List<Integer> findIn(String text) {
        var found = new ArrayList<Integer>();
        var hash = 0L;
        var end = -1;
        for (var i = 0; i < text.length(); i++) {
            hash = hash * BASE + text.charAt(i);
            if (i >= SHORTEST) {
                hash -= LEAVING * text.charAt(i - SHORTEST);
            }
            var start = i - SHORTEST + 1;
            if (start > end && isPieceAt(text, start, hash)) {
                found.add(start);
                end = start + PIECE;
            }
        }
        return found;
    }

    private boolean isPieceAt(String text, int start, long hash) {
        return pieces.getOrDefault(hash, List.of()).stream().anyMatch(piece -> text.startsWith(piece, start));
    }

    /** All of a short one; of a long one the middle and the end, and the beginning unless that is a JOSE header. */
    private void addPieces(String form) {
        if (form.length() < SHORTEST) {
            return;
        }
        if (form.length() <= PIECE) {
            add(form);
            return;
        }
        add(form.substring(form.length() - PIECE));
        add(form.substring(form.length() / 2 - PIECE / 2, form.length() / 2 + PIECE / 2));
        if (!form.contains("eyJ")) {
            add(form.substring(0, PIECE));
        }
    }

    private void add(String piece) {
        if (piece.chars().distinct().count() >= FEWEST_LETTERS) {
            pieces.computeIfAbsent(hashOf(piece), hash -> new ArrayList<>(1)).add(piece);
        }
    }

    private static void eachForm(String secret, Consumer<String> use) {
        use.accept(secret);
        var inUrl = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        if (!inUrl.equals(secret)) {
            use.accept(inUrl);
            use.accept(inUrl.replace("+", "%20"));
            use.accept(inUrl.toLowerCase(Locale.ROOT));
        }
        var inJson = String.valueOf(JsonStringEncoder.getInstance().quoteAsString(secret));
        if (!inJson.equals(secret)) {
            use.accept(inJson);
        }
        for (var alignment = 0; alignment < 3; alignment++) {
            var bytes = ("x".repeat(alignment) + secret).getBytes(StandardCharsets.UTF_8);
            use.accept(core(Base64.getEncoder().encodeToString(bytes), alignment));
            use.accept(core(Base64.getUrlEncoder().encodeToString(bytes), alignment));
        }
    }

    /** Without the characters that depend on what stands before and after. */
    private static String core(String base64, int alignment) {
        var from = alignment == 0 ? 0 : alignment + 1;
        return base64.substring(from, base64.length() - 4);
    }

    private static long hashOf(String piece) {
        var hash = 0L;
        for (var i = 0; i < SHORTEST; i++) {
            hash = hash * BASE + piece.charAt(i);
        }
        return hash;
    }

    private static long power(int exponent) {
        var power = 1L;
        for (var i = 0; i < exponent; i++) {
            power *= BASE;
        }
        return power;
    }
}
