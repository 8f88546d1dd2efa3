classdef TestCase < matlab.unittest.TestCase
    %TESTCASE   In the place of MATLAB's class of this name, of which the peers' tests use what it inherits.
end
