"""Files of requests: the contract's JSON, and CSV with one person to a row.

    bytes ─ files ─► text ─ csv_file / json_file ─► people and every problem (report)
        ─ reading ─► parts, sealed ─ submitting ─► requests, one transaction each

It stands above services and the API's parser, of which JSON has its rules, and below pages.
"""
