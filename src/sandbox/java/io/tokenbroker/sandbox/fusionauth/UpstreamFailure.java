package io.tokenbroker.sandbox.fusionauth;

/** The provider, or what it said, is no good. The code is FusionAuth's, in brackets. */
final class UpstreamFailure extends Exception {

    private static final long serialVersionUID = 1;

    private final String code;

    UpstreamFailure(String code) {
        super(code);
        this.code = code;
    }

    String code() {
        return code;
    }
}
