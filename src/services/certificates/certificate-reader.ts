/** Certificate objects as this node can use them: both parts read from where they are, then judged. */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { CertificateProblem } from '../../registry/objects/certificate.ts'
import { judgePair } from './certificate-pair.ts'
import type { Judged } from './certificate-pair.ts'
import { readPem } from './pem-source.ts'
import type { PemText, Variables } from './pem-source.ts'

/** Both texts. Keys are in it: it is for `judgePair` alone. */
export interface CertificateTexts { readonly kind: 'texts'; readonly certificate: string; readonly privateKey: string }

export class CertificateReader {
  readonly #variables: Variables

  constructor(variables: Variables) {
    this.#variables = variables
  }

  /** `body`: a Certificate as it is stored. */
  async read(body: JsonObject): Promise<CertificateTexts | CertificateProblem> {
    const certificate = await this.#part(body['certificate'])
    if (certificate.kind === 'unreadable') return { kind: 'problem', property: 'certificate', text: certificate.reason }
    if (isTypedIn(body['certificate']) && certificate.text.includes('PRIVATE KEY-----')) {
      return { kind: 'problem', property: 'certificate', text: 'holds a private key, which anybody could see here; send it as privateKey.' }
    }
    const privateKey = await this.#part(body['privateKey'])
    if (privateKey.kind === 'unreadable') return { kind: 'problem', property: 'privateKey', text: privateKey.reason }
    return { kind: 'texts', certificate: certificate.text, privateKey: privateKey.text }
  }

  async judge(body: JsonObject): Promise<Judged> {
    const texts = await this.read(body)
    return texts.kind === 'problem' ? texts : judgePair(texts.certificate, texts.privateKey)
  }

  #part(source: Json | undefined): Promise<PemText> {
    return readPem(isJsonObject(source) ? source : {}, this.#variables)
  }
}

function isTypedIn(source: Json | undefined): boolean {
  return isJsonObject(source) && source['@type'] === 'Text'
}
