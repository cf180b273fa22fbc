package io.tokenbroker.fusionauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.inversoft.error.Errors;
import com.inversoft.rest.ClientResponse;
import com.inversoft.rest.JSONException;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a request that went wrong is over: what is done next must not meet it. */
class VendorTest {

    static Stream<Exception> noAnswer() {
        return Stream.of(
                new SSLException("closed"),
                new EOFException(),
                new SocketException("reset"),
                new SocketTimeoutException("Read timed out"));
    }

    @ParameterizedTest
    @MethodSource("noAnswer")
    void withoutAnAnswerItMayGoOn(Exception why) {
        assertThat(Vendor.hasEnded(response(-1, why))).isFalse();
    }

    @Test
    void whatIsNoHttpIsNoAnswer() {
        assertThat(Vendor.hasEnded(response(-1, null))).isFalse();
    }

    @Test
    void whatWasNeverSentIsOver() {
        assertThat(Vendor.hasEnded(response(-1, new ConnectException("refused"))))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 503, 504, 520, 524})
    void whatAProxySaysEndsNothing(int status) {
        var otherJson = response(status, null);
        otherJson.errorResponse = new Errors();

        assertThat(Vendor.hasEnded(response(status, new JSONException(new EOFException()))))
                .isFalse();
        assertThat(Vendor.hasEnded(otherJson)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 502, 503, 504, 520, 524})
    void norDoesAnAnswerWithoutABody(int status) {
        assertThat(Vendor.hasEnded(response(status, null))).isFalse();
    }

    @Test
    void onlyFusionAuths500HasNoBody() {
        assertThat(Vendor.hasEnded(response(500, null))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 504})
    void anErrorOfFusionAuthsEndsIt(int status) {
        var general = response(status, null);
        general.errorResponse =
                new Errors().addGeneralError("[WebhookTransactionException]", "One or more webhooks failed");
        var ofAField = response(status, null);
        ofAField.errorResponse =
                new Errors().addFieldError("identityProviderLink.userId", "[invalid]identityProviderLink.userId", "No");

        assertThat(Vendor.hasEnded(general)).isTrue();
        assertThat(Vendor.hasEnded(ofAField)).isTrue();
    }

    private static ClientResponse<Void, Errors> response(int status, @Nullable Exception exception) {
        var response = new ClientResponse<Void, Errors>();
        response.status = status;
        response.exception = exception;
        return response;
    }
}
