"""Events and webhooks (contract §12).

    record, roll-up, submission, officers ─► EventBatch, Event    in their transactions, outbox.py
    publisher, one at a time, every second ─► position, Delivery  publisher.py
    dispatcher: claim under a lease ─► POST ─► record             dispatcher.py, queue.py, post.py

A batch without a position is not published. Its position is given when it is seen committed, so
whoever reads the journal by position misses no transaction that commits late.
"""
