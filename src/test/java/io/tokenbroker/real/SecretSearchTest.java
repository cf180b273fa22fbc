package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretSearchTest {

    private static final String BEFORE = "2026-01-02 INFO [io.tokenbroker] A line that is long enough to be one: ";
    private static final String AFTER = ", and more of it\nAnother line\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sixteen-letters!",
                "with \"quotes\" & a+plus/slash=",
                "0.AXsAq-a-refresh-token_that.is~longer-than-a-piece-and-has-a-tail",
                "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhMTFjZTAwMC0wMDAwLTQwMDAifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
            })
    void aSecretIsFoundPlainAndEncoded(String secret) throws JsonProcessingException {
        var url = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        var forms = List.of(
                secret,
                url,
                url.replace("+", "%20"),
                new ObjectMapper().writeValueAsString(secret),
                base64(secret),
                base64("client:" + secret),
                base64("me:" + secret + "!"),
                base64("you:" + secret),
                Base64.getUrlEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));

        assertThat(forms)
                .allSatisfy(form -> assertThat(search(secret, BEFORE + form + AFTER))
                        .as(form)
                        .isNotEmpty());
        assertThat(search(secret, secret)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.AXsAq-a-refresh-token_that.is~longer-than-a-piece-and-has-a-tail",
                "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhMTFjZTAwMC0wMDAwLTQwMDAifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
            })
    void aPartOfALongSecretIsFoundToo(String secret) {
        assertThat(search(secret, BEFORE + secret.substring(0, secret.length() * 3 / 4) + AFTER))
                .isNotEmpty();
        assertThat(search(secret, BEFORE + secret.substring(secret.length() / 2) + AFTER))
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Nothing is here but words, and as many of them as a line can have before it becomes a story.",
                "The header eyJhbGciOiJSUzI1NiJ9 says how a token is signed and nothing else",
                "0.AXsAq-a-refr and sixteen-letters",
                "short",
                ""
            })
    void whatIsNoSecretIsNotFound(String line) {
        assertThat(search("0.AXsAq-a-refresh-token_that.is~longer-than-a-piece-and-has-a-tail", line))
                .isEmpty();
        assertThat(search("sixteen-letters!", line)).isEmpty();
        assertThat(search(
                        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhMTFjZTAwMC0wMDAwLTQwMDAifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg",
                        line))
                .isEmpty();
    }

    private static List<Integer> search(String secret, String text) {
        return new SecretSearch(List.of("another-secret-of-no-interest", secret)).findIn(text);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
