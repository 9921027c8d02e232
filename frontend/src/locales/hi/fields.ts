/**
 * What is wrong with a field of a form, by the code of the server's validation; the numbers are the bank's limits. In
 * English the bank says it itself. A test compares codes and numbers with the bank's (tests/edge/test_field_sentences.py).
 */
export default {
  missing: 'यह भरना ज़रूरी है।',
  extra_forbidden: 'यह जानकारी यहाँ नहीं दी जा सकती।',
  string_type: 'इसे शब्दों में लिखें।',
  string_too_short: 'कम से कम {min_length} अक्षर लिखें।',
  string_too_long: 'ज़्यादा से ज़्यादा {max_length} अक्षर लिखें।',
  string_pattern_mismatch: 'यह इस रूप में नहीं लिखा जा सकता। जाँचकर फिर लिखें।',
  int_type: 'पूरी संख्या लिखें।',
  int_parsing: 'पूरी संख्या लिखें।',
  int_from_float: 'पूरी संख्या लिखें।',
  greater_than: 'यह {gt} से ज़्यादा होना चाहिए।',
  greater_than_equal: 'यह कम से कम {ge} होना चाहिए।',
  less_than: 'यह {lt} से कम होना चाहिए।',
  less_than_equal: 'यह ज़्यादा से ज़्यादा {le} हो सकता है।',
  bool_type: 'हाँ या नहीं चुनें।',
  bool_parsing: 'हाँ या नहीं चुनें।',
  literal_error: 'दिए गए विकल्पों में से चुनें।',
  enum: 'दिए गए विकल्पों में से चुनें।',
  date_type: 'यह तारीख नहीं हो सकती।',
  date_parsing: 'यह तारीख नहीं हो सकती।',
  date_from_datetime_parsing: 'यह तारीख नहीं हो सकती।',
  invalid_amount: 'यह राशि नहीं हो सकती। रुपये और पैसे लिखें, जैसे 150.50।',
} as const
