"""Measuring Wenju with a reader's own questions: `wenju eval`. The format of questions stands in docs/evaluation.md."""
