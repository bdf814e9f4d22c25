#ifndef VALISE_COPENSSL_SHIM_H
#define VALISE_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/* BN_num_bytes is a function-like macro, which Swift does not import. */
static inline int valise_BN_num_bytes(const BIGNUM *number) { return BN_num_bytes(number); }

/* Without a callback of our own OpenSSL asks for the passphrase of an encrypted PEM on the
   terminal, from the depths of a library call. This one refuses. */
static inline int valise_refuse_passphrase(char *buffer, int size, int writing, void *context) {
  (void)buffer; (void)size; (void)writing; (void)context;
  return -1;
}

static inline EVP_PKEY *valise_read_private_key(BIO *bio) {
  return PEM_read_bio_PrivateKey(bio, NULL, valise_refuse_passphrase, NULL);
}

static inline EVP_PKEY *valise_read_public_key(BIO *bio) {
  return PEM_read_bio_PUBKEY(bio, NULL, valise_refuse_passphrase, NULL);
}

/* BEGIN RSA PUBLIC KEY: PKCS#1. Its reader is deprecated with the RSA type; the decoder is not. */
static inline EVP_PKEY *valise_read_rsa_public_key(BIO *bio) {
  EVP_PKEY *key = NULL;
  OSSL_DECODER_CTX *decoder = OSSL_DECODER_CTX_new_for_pkey(
      &key, "PEM", "pkcs1", "RSA", OSSL_KEYMGMT_SELECT_PUBLIC_KEY, NULL, NULL);
  if (decoder == NULL) return NULL;
  if (OSSL_DECODER_from_bio(decoder, bio) != 1) key = NULL;
  OSSL_DECODER_CTX_free(decoder);
  return key;
}

static inline X509 *valise_read_certificate(BIO *bio) {
  return PEM_read_bio_X509(bio, NULL, valise_refuse_passphrase, NULL);
}

#endif
