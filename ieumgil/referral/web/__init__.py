"""The screens of the referral: whom to ask, what is sent, the thread as a conversation, what the receiver answers."""
