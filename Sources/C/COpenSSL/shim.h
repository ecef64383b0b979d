// OpenSSL 3, the one library that is linked: the transport and every driver's TLS go through it.
#ifndef TABLEPRO_COPENSSL_SHIM_H
#define TABLEPRO_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#endif
