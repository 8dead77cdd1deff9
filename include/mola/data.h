#pragma once

#include "mola/data/collate.h"
#include "mola/data/documents.h"
#include "mola/data/encode.h"
#include "mola/data/hold_out.h"
#include "mola/data/loader.h"
#include "mola/data/run_data.h"
#include "mola/data/sequence.h"
#include "mola/data/text_stream.h"
#include "mola/data/tokenizer.h"
#include "mola/data/tokenizer_training.h"
