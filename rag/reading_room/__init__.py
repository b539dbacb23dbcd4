"""What a page needs beside answers: texts laid out, conversations, exports, the library, feedback, wording.

Knows no widgets: the page draws what these modules give.
"""
