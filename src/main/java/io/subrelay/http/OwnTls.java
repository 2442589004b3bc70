package io.subrelay.http;

import io.subrelay.config.Settings;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * How the runner and its commands call the runner's own port where that has TLS, which Camel's settings turn on. They
 * trust the very certificate of its key store, by whatever name they call it: that is an address of this machine.
 */
public final class OwnTls extends X509ExtendedTrustManager {

    private static final String KEY_STORE = "camel.ssl.key-store";

    private final Set<Certificate> own;

    private OwnTls(Set<Certificate> own) {
        this.own = own;
    }

    /** Whether the port has TLS. */
    public static boolean isOn(Settings settings) {
        return Boolean.parseBoolean(settings.get("camel.ssl.enabled"));
    }

    /**
     * @return null where the port has no TLS
     * @throws Settings.InvalidSetting if its key store cannot be read, or holds no key
     */
    public static SSLContext of(Settings settings) {
        if (!isOn(settings)) {
            return null;
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new OwnTls(certificates(settings))}, null);
            return context;
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new Settings.InvalidSetting(KEY_STORE, "the key store cannot be used: " + e.getMessage(), e);
        }
    }

    private static Set<Certificate> certificates(Settings settings) throws GeneralSecurityException, IOException {
        char[] password = settings.get("camel.ssl.keystore-password").toCharArray();
        KeyStore store = KeyStore.getInstance(new File(settings.get(KEY_STORE).replaceFirst("^file:", "")), password);
        Set<Certificate> own = new HashSet<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                // with the store's password, as Camel reads it
                store.getKey(alias, password);
                own.add(store.getCertificate(alias));
            }
        }
        if (own.isEmpty()) {
            throw new GeneralSecurityException("there is no private key in it");
        }
        return own;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        if (!own.contains(chain[0])) {
            throw new CertificateException("it has another certificate than that of " + KEY_STORE);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("nobody is served with this");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
