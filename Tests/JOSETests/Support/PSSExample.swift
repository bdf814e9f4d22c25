/// One key of 2,048 bits and signatures by it, PS256 with salts of 0, 20 and 32 bytes.
enum PSSExample {
  static let n =
    "kQjge3u0j0Uwxu-T6JqfMPp4a9qxsWWSS8F2XODboz-fQhkKnjeycyMciQwImtyTbi6fYRrPq6y2FeeD"
    + "sFpjWG4sNEOj0-wXk_XlgydTIFKY0ZguwGxhcJkvCah6ow0vToz0LfByvlsR6raIeImo8j-St50cVtws"
    + "RG2IlwBfwfhCoGhX5rX-MqqOPNiGYEfh9D_AcKsumfVnYxk81MxoWyCsFut-KsIhX0Mkn0HY6DbauxNr"
    + "I6TQEnRmD0MuWY4oW98ijSOn6J8FZIQqSHYoGY5WoeKlgcsJpClQxCbPZMRcFMC7hIhpfik6fcpeSlH-"
    + "Zw-KgpX_I9PZS7RAhhdv9w"

  static let signatures: [(saltByteCount: Int, text: String)] = [
    (
      0,
      "KrfI_wrYOTVqzJrtzdwzmgXAPd6fU6dvVI5r26uuzvyeI8KZxvmRv9NnX32Xj4ucUYxu-ZtvEuULQ7cI"
        + "SbJVEGAsK7sl9Gcc-11jFvI6c4MSfpF0KlkMJpOsw1ZyeQqVrfw0CXq-GRCjOoOkRtb4lvOPFyknzGXF"
        + "JpjxaSfx-LI6wOn5qlEZnkuJBP5JpK-gnnqJg2SdCTU8yotiHhDYDmcPrHWfcDPlFIild4pDKvCRjStV"
        + "0NkrEO6yvhjF4TcEHwK8GRQxjueVH7rpUj9T-INLyVQHHT4gzme2sjkS5gNrJMyG0umL3er_ljK3NrR5"
        + "CwZRWn87YSSb4ZAjQT3ZIQ"
    ),
    (
      20,
      "JuinJ78Ue1IlAK-RHEb-3xuIsdRtVKRJCROSmYphUQEH9g3beFK0aAGMxmvB76_uXcfL2CLBXMRCv0IZ"
        + "u40e1MBVWU1qEJ6gZsMDHbegasZQTRLvqo4hXO5CX4Dc1mxXvQFbDPj51NSB-uMBRaCKxF5Knvtr3kH5"
        + "wAsSegi0AomU1YHLXJ4cDEnXhBF_pPI0FqciF1N3RxB6GMqie90xSzK_JSlDQJn0iy0TaE70xo1BlZcT"
        + "KIZhME6YeFzEIy5huHtz4CfR1Iu4L_cSWG69pZIYxQZAvuQNH3Rg2XhVIBWwGibhvJ1HDK23BZ98fkeh"
        + "BVQseUyubp42K_rcMP4Uqg"
    ),
    (
      32,
      "JUMR3ihRBMc7bs9XDIValG3wdf2fOJoyfCQnmZ4vxEh1IO5p40gX80Rap5uvZ0RnhR_IbMv31B0sO7IN"
        + "anoRE9_3MqTP7PgwD4BMoB6pB0VvVII9x6tDGAeTf399cSuoh3AcqVH0sc5dyqLlFSae6iFIgqipv5mm"
        + "ozVmgJyAUCS9v7czGkEguBQOm6enDQy_mL_bJXdlb3LfCzWUStdq8B7E0C5oz-xDifPqbOzej__1B5jY"
        + "VZNDCvMtq9zajMTgORAcokYtYwAKbzGbPkzxjPx47JJEhhcGvVl8caEakE5TQ8t8Hrfke7mi9u3qhTxX"
        + "QGcufuD-i4jr8cfwOP7OQw"
    ),
  ]
}
