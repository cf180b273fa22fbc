package io.tokenbroker.sandbox.entra;

/** An endpoint refuses: a row of the catalogue, and the text for this case. */
final class Refusal extends RuntimeException {

    private final transient Aadsts aadsts;

    private Refusal(Aadsts aadsts, String message) {
        super(message, null, false, false);
        this.aadsts = aadsts;
    }

    static Refusal of(int number) {
        var aadsts = AadstsCatalogue.row(number);
        return new Refusal(aadsts, aadsts.message());
    }

    static Refusal of(int number, String message) {
        return new Refusal(AadstsCatalogue.row(number), message);
    }

    static Refusal missing(String parameter) {
        return of(900144, "The request body must contain the following parameter: '%s'.".formatted(parameter));
    }

    Aadsts aadsts() {
        return aadsts;
    }

    /** The text as it begins in {@code error_description}. */
    String text() {
        return "AADSTS" + aadsts.number() + ": " + getMessage();
    }
}
