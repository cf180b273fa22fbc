package io.tokenbroker.sandbox.entra;

/** Behaviour that is off in a plain Entra and can be turned on. */
public final class Switches {

    private volatile boolean issuerInRedirect;
    private volatile boolean singleUseRefreshTokens;
    private volatile boolean armChallenge;

    /** Whether the redirect to the app carries {@code iss} (RFC 9207). */
    public boolean issuerInRedirect() {
        return issuerInRedirect;
    }

    public void issuerInRedirect(boolean on) {
        issuerInRedirect = on;
    }

    /** Whether a refresh token dies with its use, as at providers that are stricter than Entra. */
    public boolean singleUseRefreshTokens() {
        return singleUseRefreshTokens;
    }

    public void singleUseRefreshTokens(boolean on) {
        singleUseRefreshTokens = on;
    }

    /** Whether {@code /arm/subscriptions} answers a claims challenge to tokens that were not issued for it. */
    public boolean armChallenge() {
        return armChallenge;
    }

    public void armChallenge(boolean on) {
        armChallenge = on;
    }

    void reset() {
        issuerInRedirect = false;
        singleUseRefreshTokens = false;
        armChallenge = false;
    }
}
