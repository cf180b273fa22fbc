package io.tokenbroker.faults;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** What the store's rows hold, read and opened from outside the brokers with their key, and changed behind their back. */
final class StoredTokens {

    private static final int KEY_ID_BYTES = 6;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String TOKEN = "SELECT refresh_token, root FROM grants WHERE account_id = ?";

    private final Store store;
    private final byte[] key;

    /** @param sealingKey as the brokers are configured with */
    StoredTokens(Store store, String sealingKey) {
        this.store = store;
        this.key = Base64.getDecoder().decode(sealingKey);
    }

    /** The refresh token in the account's row. */
    Optional<String> of(Account account) {
        try (var connection = store.connect();
                var query = connection.prepareStatement(TOKEN)) {
            query.setString(1, account.id());
            try (var row = query.executeQuery()) {
                return row.next() ? open(account, row.getBytes(1), row.getString(2)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Each row gets the sealed refresh token of the other. */
    void swap(Account one, Account other) {
        try (var connection = store.connect();
                var query = connection.prepareStatement(TOKEN);
                var update = connection.prepareStatement("UPDATE grants SET refresh_token = ? WHERE account_id = ?")) {
            var sealed = new byte[2][];
            var accounts = new Account[] {one, other};
            for (var i = 0; i < 2; i++) {
                query.setString(1, accounts[i].id());
                try (var row = query.executeQuery()) {
                    row.next();
                    sealed[i] = row.getBytes(1);
                }
            }
            for (var i = 0; i < 2; i++) {
                update.setBytes(1, sealed[1 - i]);
                update.setString(2, accounts[i].id());
                update.executeUpdate();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Optional<String> open(Account account, byte[] sealed, String root) {
        var box = ByteBuffer.wrap(sealed, KEY_ID_BYTES, sealed.length - KEY_ID_BYTES);
        var nonce = new byte[NONCE_BYTES];
        box.get(nonce);
        var rest = Arrays.copyOfRange(sealed, KEY_ID_BYTES + NONCE_BYTES, sealed.length);
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            for (var part : new String[] {account.id(), "refresh_token", root}) {
                var bytes = part.getBytes(StandardCharsets.UTF_8);
                cipher.updateAAD(
                        ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
                cipher.updateAAD(bytes);
            }
            return Optional.of(new String(cipher.doFinal(rest), StandardCharsets.UTF_8));
        } catch (GeneralSecurityException notOfThisPlace) {
            return Optional.empty();
        }
    }
}
