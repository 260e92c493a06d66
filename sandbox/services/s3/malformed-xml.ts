import { ServiceError } from "../../service-error.ts";

/** S3's one answer to a document that lacks something, or has something that it shouldn't. */
export function malformedXml(): ServiceError {
  return new ServiceError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}
